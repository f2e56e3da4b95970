# Certificates and keys of a cluster, in $state/pki. They last as long as the cluster.
# shellcheck shell=bash

pki_create() {
  mkdir -m 700 "$state/pki"
  authority ca toolhive-cluster
  authority front-proxy-ca toolhive-cluster-front-proxy
  certificate ca kube-apiserver-server /CN=kube-apiserver serverAuth \
    IP:127.0.0.1,IP:10.240.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local
  certificate ca kube-apiserver /CN=kube-apiserver clientAuth
  certificate front-proxy-ca front-proxy /CN=front-proxy clientAuth
  certificate ca admin /O=system:masters/CN=admin clientAuth
  certificate ca kube-controller-manager /CN=system:kube-controller-manager clientAuth
  certificate ca kube-scheduler /CN=system:kube-scheduler clientAuth
  openssl ecparam -name prime256v1 -genkey -noout -out "$state/pki/service-accounts.key"
  openssl pkey -in "$state/pki/service-accounts.key" -pubout -out "$state/pki/service-accounts.pub"
  if [[ $1 == node ]]; then
    certificate ca kubelet-server /CN=node1 serverAuth IP:10.240.0.1,DNS:node1
    certificate ca kubelet /O=system:nodes/CN=system:node:node1 clientAuth
    certificate ca kube-proxy /CN=system:kube-proxy clientAuth
    certificate ca coredns /CN=coredns clientAuth
    certificate ca volumes /CN=volumes clientAuth
    certificate ca network-policy /CN=network-policy clientAuth
  fi
}

# authority FILE NAME
authority() {
  openssl_request "$1" -subj "/CN=$2" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

# certificate AUTHORITY FILE SUBJECT USAGE [ALTERNATIVE-NAMES]
certificate() {
  local names=()
  if [[ -n ${5:-} ]]; then names=(-addext "subjectAltName=$5"); fi
  openssl_request "$2" -subj "$3" -CA "$state/pki/$1.crt" -CAkey "$state/pki/$1.key" -addext basicConstraints=critical,CA:FALSE \
    -addext keyUsage=critical,digitalSignature -addext "extendedKeyUsage=$4" "${names[@]}"
}

openssl_request() {
  local file=$state/pki/$1 out
  shift
  out=$(openssl req -x509 -config "$here/config/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 365 \
    -keyout "$file.key" -out "$file.crt" "$@" 2>&1) || fail "openssl: $out"
}

# kubeconfig FILE USER PORT: for the client certificate of USER.
kubeconfig() {
  local pki=$state/pki
  (umask 077 && cat >"$1") <<END
apiVersion: v1
kind: Config
clusters:
  - name: toolhive
    cluster:
      server: https://127.0.0.1:$3
      certificate-authority-data: $(base64 -w0 "$pki/ca.crt")
users:
  - name: $2
    user:
      client-certificate-data: $(base64 -w0 "$pki/$2.crt")
      client-key-data: $(base64 -w0 "$pki/$2.key")
contexts:
  - name: toolhive
    context: {cluster: toolhive, user: $2}
current-context: toolhive
END
}
