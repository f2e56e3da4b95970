module official

go 1.26.0

require (
	github.com/modelcontextprotocol/registry v1.8.8
	github.com/santhosh-tekuri/jsonschema/v5 v5.3.1
)

require (
	cloud.google.com/go/kms v1.36.0 // indirect
	github.com/Azure/azure-sdk-for-go/sdk/azidentity v1.15.0 // indirect
	github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys v1.5.0 // indirect
	github.com/caarlos0/env/v11 v11.4.1 // indirect
	github.com/docker/cli v29.7.2+incompatible // indirect
	github.com/docker/docker-credential-helpers v0.9.3 // indirect
	github.com/google/go-containerregistry v0.22.1 // indirect
	github.com/klauspost/compress v1.20.2 // indirect
	github.com/opencontainers/go-digest v1.0.0 // indirect
	github.com/opencontainers/image-spec v1.1.1 // indirect
	github.com/sirupsen/logrus v1.9.4 // indirect
	golang.org/x/sync v0.23.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
)

replace (
	cloud.google.com/go/kms => ./without/kms
	github.com/Azure/azure-sdk-for-go/sdk/azidentity => ./without/azidentity
	github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azkeys => ./without/azkeys
)

tool github.com/modelcontextprotocol/registry/cmd/publisher
