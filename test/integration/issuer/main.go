// A real OpenID Connect issuer for the tests: the provider of github.com/zitadel/oidc, which is certified, with keys that can be rotated.
//
//	issuer -issuer https://127.0.0.1:PORT -listen 127.0.0.1:PORT -cert FILE -key FILE
//
// Clients of the grant client_credentials, all with the secret "secret": ada (groups team-a) and root (groups admins). A scope
// "lifetime:SECONDS" sets how long the token is good (default 300), "audience:NAME" whom it is for (default mcp-registry).
// POST /rotate/ES256 or /rotate/RS256 makes a new key of that kind; tokens signed with earlier ones are no longer good.
package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"flag"
	"log"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

var groups = map[string][]string{"ada": {"team-a"}, "root": {"admins"}}

type key struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

func newKey(algorithm jose.SignatureAlgorithm) (*key, error) {
	made := &key{id: uuid.NewString(), algorithm: algorithm}
	var err error
	switch algorithm {
	case jose.RS256:
		made.private, err = rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		made.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		err = errors.New("only RS256 and ES256 are made here")
	}
	return made, err
}

func (k *key) ID() string                                  { return k.id }
func (k *key) SignatureAlgorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k *key) Key() any                                    { return k.private }

type publicKey struct{ *key }

func (k publicKey) Algorithm() jose.SignatureAlgorithm { return k.algorithm }
func (k publicKey) Use() string                        { return "sig" }
func (k publicKey) Key() any                           { return k.private.Public() }

// client is one that gets JSON Web Tokens with the grant client_credentials.
type client struct{ *storage.Client }

func (client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }
func (client) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeClientCredentials}
}

// issuerStorage is the library's example storage in memory, with other keys and clients.
type issuerStorage struct {
	*storage.Storage
	mutex   sync.Mutex
	current *key
}

func (s *issuerStorage) rotate(algorithm jose.SignatureAlgorithm) error {
	next, err := newKey(algorithm)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.current = next
	return nil
}

func (s *issuerStorage) signing() *key {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.current
}

func (s *issuerStorage) SigningKey(context.Context) (op.SigningKey, error) { return s.signing(), nil }

func (s *issuerStorage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{s.signing().algorithm}, nil
}

func (s *issuerStorage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{s.signing()}}, nil
}

func (s *issuerStorage) ClientCredentials(_ context.Context, id, secret string) (op.Client, error) {
	if groups[id] == nil || secret != "secret" {
		return nil, errors.New("no such client")
	}
	return client{storage.WebClient(id, secret)}, nil
}

// scoped is the value of a scope "name:value", or the default.
func scoped(scopes []string, name, otherwise string) string {
	for _, scope := range scopes {
		if value, found := strings.CutPrefix(scope, name+":"); found {
			return value
		}
	}
	return otherwise
}

func (s *issuerStorage) ClientCredentialsTokenRequest(_ context.Context, id string, scopes []string) (op.TokenRequest, error) {
	return &oidc.JWTTokenRequest{Subject: id, Audience: []string{scoped(scopes, "audience", "mcp-registry")}, Scopes: scopes}, nil
}

func (s *issuerStorage) CreateAccessToken(_ context.Context, request op.TokenRequest) (string, time.Time, error) {
	seconds, err := strconv.Atoi(scoped(request.GetScopes(), "lifetime", "300"))
	return uuid.NewString(), time.Now().Add(time.Duration(seconds) * time.Second), err
}

func (s *issuerStorage) GetPrivateClaimsFromScopes(_ context.Context, subject, _ string, _ []string) (map[string]any, error) {
	return map[string]any{"groups": groups[subject]}, nil
}

func main() {
	issuer := flag.String("issuer", "", "the issuer's URL")
	listen := flag.String("listen", "", "address and port")
	certificate := flag.String("cert", "", "PEM file")
	private := flag.String("key", "", "PEM file")
	flag.Parse()

	store := &issuerStorage{Storage: storage.NewStorage(storage.NewUserStore(*issuer))}
	if err := store.rotate(jose.RS256); err != nil {
		log.Fatal(err)
	}
	provider, err := op.NewProvider(&op.Config{}, store, op.StaticIssuer(*issuer))
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	mux.HandleFunc("POST /rotate/{algorithm}", func(w http.ResponseWriter, r *http.Request) {
		if err := store.rotate(jose.SignatureAlgorithm(r.PathValue("algorithm"))); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	log.Fatal(http.ListenAndServeTLS(*listen, *certificate, *private, mux))
}
