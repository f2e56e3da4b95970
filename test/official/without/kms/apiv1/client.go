// Package kms stands in for Google's client; see ../../README.md.
package kms

import (
	"context"
	"errors"

	"cloud.google.com/go/kms/apiv1/kmspb"
)

var errAbsent = errors.New("this build has no Google Cloud KMS")

// KeyManagementClient does nothing.
type KeyManagementClient struct{}

// NewKeyManagementClient fails.
func NewKeyManagementClient(context.Context) (*KeyManagementClient, error) { return nil, errAbsent }

// Close does nothing.
func (*KeyManagementClient) Close() error { return nil }

// AsymmetricSign fails.
func (*KeyManagementClient) AsymmetricSign(context.Context, *kmspb.AsymmetricSignRequest) (*kmspb.AsymmetricSignResponse, error) {
	return nil, errAbsent
}

// GetPublicKey fails.
func (*KeyManagementClient) GetPublicKey(context.Context, *kmspb.GetPublicKeyRequest) (*kmspb.PublicKey, error) {
	return nil, errAbsent
}
