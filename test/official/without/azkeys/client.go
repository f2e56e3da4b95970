// Package azkeys stands in for Azure's; see ../README.md.
package azkeys

import (
	"context"
	"errors"
)

var errAbsent = errors.New("this build has no Azure Key Vault")

type (
	// Client does nothing.
	Client struct{}
	// KeyType, CurveName and SignatureAlgorithm are words.
	KeyType            string
	CurveName          string
	SignatureAlgorithm string
	// Key is a public key.
	Key struct {
		Kty  *KeyType
		Crv  *CurveName
		X, Y []byte
	}
	// KeyResponse holds one.
	KeyResponse struct{ Key *Key }
	// SignParameters say what to sign.
	SignParameters struct {
		Algorithm *SignatureAlgorithm
		Value     []byte
	}
	// SignResponse holds a signature.
	SignResponse struct{ Result []byte }
)

const (
	KeyTypeEC               KeyType            = "EC"
	KeyTypeECHSM            KeyType            = "EC-HSM"
	CurveNameP384           CurveName          = "P-384"
	SignatureAlgorithmES384 SignatureAlgorithm = "ES384"
)

// NewClient fails.
func NewClient(string, any, any) (*Client, error) { return nil, errAbsent }

// GetKey fails.
func (*Client) GetKey(context.Context, string, string, any) (KeyResponse, error) {
	return KeyResponse{}, errAbsent
}

// Sign fails.
func (*Client) Sign(context.Context, string, string, SignParameters, any) (SignResponse, error) {
	return SignResponse{}, errAbsent
}
