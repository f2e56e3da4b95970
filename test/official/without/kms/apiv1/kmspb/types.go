// Package kmspb has what the publisher names of Google's messages; see ../../../README.md.
package kmspb

type (
	// AsymmetricSignRequest asks for a signature.
	AsymmetricSignRequest struct {
		Name   string
		Data   []byte
		Digest *Digest
	}
	// AsymmetricSignResponse holds one.
	AsymmetricSignResponse struct{ Signature []byte }
	// Digest is what is signed.
	Digest struct{ Digest any }
	// Digest_Sha384 is one kind of it.
	Digest_Sha384 struct{ Sha384 []byte }
	// GetPublicKeyRequest names a key.
	GetPublicKeyRequest struct{ Name string }
	// PublicKey is one.
	PublicKey struct {
		Pem       string
		Algorithm CryptoKeyVersion_CryptoKeyVersionAlgorithm
	}
	// CryptoKeyVersion_CryptoKeyVersionAlgorithm is what a key is for.
	CryptoKeyVersion_CryptoKeyVersionAlgorithm int32
)

// The algorithms that the publisher tells apart.
const (
	CryptoKeyVersion_EC_SIGN_ED25519     CryptoKeyVersion_CryptoKeyVersionAlgorithm = 40
	CryptoKeyVersion_EC_SIGN_P384_SHA384 CryptoKeyVersion_CryptoKeyVersionAlgorithm = 13
)

func (CryptoKeyVersion_CryptoKeyVersionAlgorithm) String() string { return "an algorithm" }
