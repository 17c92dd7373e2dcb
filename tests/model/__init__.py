"""The model: what policies say of packets and routes."""
