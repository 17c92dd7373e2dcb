ifconfig eth0 10.1.1.20 netmask 255.255.255.0 up
route add default gw 10.1.1.1
nc -lk 8080 &
