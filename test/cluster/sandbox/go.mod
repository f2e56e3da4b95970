module toolhive.dev/test/cluster/sandbox

go 1.24.0
