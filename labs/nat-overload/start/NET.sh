ifconfig eth0 203.0.113.254 netmask 255.255.255.0 up
route add -net 192.168.0.0 netmask 255.255.0.0 gw 203.0.113.1
nc -lk 80 &
