module toolhive.example/test/bench/bridge

go 1.26.0
