package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// Server is an API server, and how to speak to it as somebody it knows.
type Server struct {
	URL       *url.URL
	Transport *http.Transport
}

type bytes64 []byte

func (b *bytes64) UnmarshalYAML(node *yaml.Node) error {
	decoded, err := base64.StdEncoding.DecodeString(node.Value)
	*b = decoded
	return err
}

// What is read of a kubeconfig: server, authority and client certificate of its first cluster and user. The
// kubeconfigs of test/cluster have one of each.
type kubeconfig struct {
	Clusters []struct {
		Cluster struct {
			Server string  `yaml:"server"`
			CA     bytes64 `yaml:"certificate-authority-data"`
		} `yaml:"cluster"`
	} `yaml:"clusters"`
	Users []struct {
		User struct {
			Certificate bytes64 `yaml:"client-certificate-data"`
			Key         bytes64 `yaml:"client-key-data"`
		} `yaml:"user"`
	} `yaml:"users"`
}

func ReadKubeconfig(file string) (*Server, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var config kubeconfig
	if err := yaml.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(config.Clusters) != 1 || len(config.Users) != 1 {
		return nil, fmt.Errorf("%s: needs one cluster and one user, has %d and %d", file, len(config.Clusters), len(config.Users))
	}
	cluster, user := config.Clusters[0].Cluster, config.Users[0].User
	address, err := url.Parse(cluster.Server)
	if err != nil {
		return nil, fmt.Errorf("%s: server: %w", file, err)
	}
	certificate, err := tls.X509KeyPair(user.Certificate, user.Key)
	if err != nil {
		return nil, fmt.Errorf("%s: client-certificate-data and client-key-data: %w", file, err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(cluster.CA) {
		return nil, fmt.Errorf("%s: certificate-authority-data holds no certificate", file)
	}
	return &Server{
		URL: address,
		Transport: &http.Transport{
			TLSClientConfig:     &tls.Config{Certificates: []tls.Certificate{certificate}, RootCAs: roots},
			MaxIdleConnsPerHost: 100,
			DisableCompression:  true,
		},
	}, nil
}

// WriteKubeconfig makes the file appear whole: who waits for it may read it as soon as it is there.
func WriteKubeconfig(file, address string, identity *Identity) error {
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
clusters:
  - name: faults
    cluster:
      server: https://%s
      certificate-authority-data: %s
users:
  - name: faults
    user: {token: %s}
contexts:
  - name: faults
    context: {cluster: faults, user: faults}
current-context: faults
`, address, base64.StdEncoding.EncodeToString(identity.CA), identity.Token)
	unfinished := filepath.Join(filepath.Dir(file), "."+filepath.Base(file))
	if err := os.WriteFile(unfinished, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(unfinished, file)
}
