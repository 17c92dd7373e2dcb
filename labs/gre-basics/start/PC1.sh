ifconfig eth0 192.168.10.10 netmask 255.255.255.0 up
route add default gw 192.168.10.1
nc -lk 8080 &
