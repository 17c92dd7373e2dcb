ifconfig eth0 198.18.0.10 netmask 255.255.255.0 up
route add default gw 198.18.0.1
