module toolhive.dev/test/cluster/probe

go 1.24.0
