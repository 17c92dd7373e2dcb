"""ioscli: a Cisco IOS-style router emulator without a Cisco image."""
