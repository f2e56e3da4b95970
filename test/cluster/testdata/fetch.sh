# Run in a pod by its busybox, which is static and so cannot resolve names for wget.
address=$(/busybox nslookup web.demo.svc.cluster.local | /busybox awk '/^Address/ { address = $2 } END { print address }')
exec /busybox wget -q -T 2 -O - "http://$address:8080/started"
