// Prints the CustomResourceDefinitions of the Operator Lifecycle Manager, a document of JSON each.
package main

import (
	"encoding/json"
	"os"

	"github.com/operator-framework/api/crds"
)

func main() {
	out := json.NewEncoder(os.Stdout)
	for _, each := range []any{
		crds.CatalogSource(), crds.ClusterServiceVersion(), crds.InstallPlan(), crds.OLMConfig(), crds.Operator(),
		crds.OperatorCondition(), crds.OperatorGroup(), crds.Subscription(),
	} {
		if err := out.Encode(each); err != nil {
			os.Exit(1)
		}
	}
}
