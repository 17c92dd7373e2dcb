ifconfig eth0 10.2.2.20 netmask 255.255.255.0 up
route add default gw 10.2.2.1
nc -lk 8080 &
