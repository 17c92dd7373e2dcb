ifconfig eth0 172.16.2.10 netmask 255.255.255.0 up
route add -net 192.168.1.0 netmask 255.255.255.0 gw 172.16.2.3
nc -lk 8080 &
