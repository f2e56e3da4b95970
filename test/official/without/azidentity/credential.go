// Package azidentity stands in for Azure's; see ../README.md.
package azidentity

import "errors"

// DefaultAzureCredential is none.
type DefaultAzureCredential struct{}

// NewDefaultAzureCredential fails.
func NewDefaultAzureCredential(any) (*DefaultAzureCredential, error) {
	return nil, errors.New("this build has no Azure Key Vault")
}
