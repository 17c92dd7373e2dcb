ifconfig eth0 10.1.10.10 netmask 255.255.255.0 up
route add default gw 10.1.10.1
