// Command validate runs the validators of operator-framework/api over a bundle's folder:  validate BUNDLE
//
// Errors and warnings are printed a line each. The exit code is 1 when there are errors.
package main

import (
	"fmt"
	"os"

	"github.com/operator-framework/api/pkg/manifests"
	"github.com/operator-framework/api/pkg/validation"
	"github.com/operator-framework/api/pkg/validation/errors"
	interfaces "github.com/operator-framework/api/pkg/validation/interfaces"
)

// All but the one for architectures, which pulls images with docker.
var validators = interfaces.Validators{
	validation.PackageManifestValidator,
	validation.ClusterServiceVersionValidator,
	validation.CustomResourceDefinitionValidator,
	validation.BundleValidator,
	validation.OperatorHubV2Validator,
	validation.StandardCategoriesValidator,
	validation.StandardCapabilitiesValidator,
	validation.ObjectValidator,
	validation.OperatorGroupValidator,
	validation.CommunityOperatorValidator,
	validation.AlphaDeprecatedAPIsValidator,
	validation.GoodPracticesValidator,
}

// An API that is gone in this version counts as an error.
var options = map[string]string{"k8s-version": "1.34.0"}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: validate BUNDLE")
		os.Exit(2)
	}
	bundle, err := manifests.GetBundleFromDir(os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "validate: reading the bundle %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
	if report(validators.Validate(subjects(bundle)...)) {
		os.Exit(1)
	}
}

// subjects are what the validators look at: the bundle as a whole, and each object in it.
func subjects(bundle *manifests.Bundle) []interface{} {
	found := []interface{}{bundle, bundle.CSV, options}
	for _, crd := range bundle.V1CRDs {
		found = append(found, crd)
	}
	for _, object := range bundle.Objects {
		found = append(found, object)
	}
	return found
}

// report prints what was found, and says whether there are errors.
func report(results []errors.ManifestResult) (failed bool) {
	for _, result := range results {
		for _, each := range result.Errors {
			fmt.Printf("error: %s: %s\n", result.Name, each.Error())
			failed = true
		}
		for _, each := range result.Warnings {
			fmt.Printf("warning: %s: %s\n", result.Name, each.Error())
		}
	}
	return failed
}
