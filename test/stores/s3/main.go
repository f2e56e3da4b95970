// An S3 server in memory, for tests: gofakes3, which does not look at signatures, behind a check of each by
// the SDK of AWS.  main PORT ACCESS_KEY_ID SECRET_ACCESS_KEY, on S3_ADDRESS (127.0.0.1)
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

var authorization = regexp.MustCompile(
	`^AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=[0-9a-f]{64}$`)

// signedAgain is the request with the headers that were signed alone, signed anew.
func signedAgain(request *http.Request, credentials aws.Credentials) (string, error) {
	parts := authorization.FindStringSubmatch(request.Header.Get("Authorization"))
	if parts == nil {
		return "", fmt.Errorf("no signature of version 4: %q", request.Header.Get("Authorization"))
	}
	signedAt, err := time.Parse("20060102T150405Z", request.Header.Get("X-Amz-Date"))
	if err != nil {
		return "", err
	}
	again, err := http.NewRequest(request.Method, "http://"+request.Host+request.URL.RequestURI(), nil)
	if err != nil {
		return "", err
	}
	for _, name := range strings.Split(parts[3], ";") {
		if name != "host" {
			again.Header.Set(name, request.Header.Get(name))
		}
	}
	signer := v4.NewSigner(func(options *v4.SignerOptions) { options.DisableURIPathEscaping = true })
	err = signer.SignHTTP(context.Background(), credentials, again, request.Header.Get("X-Amz-Content-Sha256"),
		"s3", parts[2], signedAt)
	return again.Header.Get("Authorization"), err
}

func signature(authorization string) string {
	return authorization[strings.LastIndex(authorization, "=")+1:]
}

func refuse(writer http.ResponseWriter, code, message string) {
	writer.Header().Set("Content-Type", "application/xml")
	writer.WriteHeader(http.StatusForbidden)
	fmt.Fprintf(writer, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
}

// checked lets requests through whose signature and body are what they say.
func checked(next http.Handler, credentials aws.Credentials) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		again, err := signedAgain(request, credentials)
		if err != nil {
			refuse(writer, "AccessDenied", "the request is not signed")
			return
		}
		if signature(again) != signature(request.Header.Get("Authorization")) {
			refuse(writer, "SignatureDoesNotMatch", "The request signature we calculated does not match")
			return
		}
		body, err := io.ReadAll(request.Body)
		sum := sha256.Sum256(body)
		if err != nil || hex.EncodeToString(sum[:]) != request.Header.Get("X-Amz-Content-Sha256") {
			refuse(writer, "XAmzContentSHA256Mismatch", "The body is another")
			return
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(writer, request)
	})
}

func main() {
	backend := s3mem.New()
	if err := backend.CreateBucket("backups"); err != nil {
		log.Fatal(err)
	}
	credentials := aws.Credentials{AccessKeyID: os.Args[2], SecretAccessKey: os.Args[3]}
	server := gofakes3.New(backend).Server()
	address := os.Getenv("S3_ADDRESS")
	if address == "" {
		address = "127.0.0.1"
	}
	log.Fatal(http.ListenAndServe(address+":"+os.Args[1], checked(server, credentials)))
}
