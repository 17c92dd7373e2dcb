ifconfig eth0 203.0.113.66 netmask 255.255.255.192 up
route add default gw 203.0.113.65
