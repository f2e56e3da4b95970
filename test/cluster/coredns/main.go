// Command coredns is CoreDNS with its standard plugins: the DNS service of a test cluster.
package main

import (
	_ "github.com/coredns/coredns/core/plugin"
	"github.com/coredns/coredns/coremain"
)

func main() { coremain.Run() }
