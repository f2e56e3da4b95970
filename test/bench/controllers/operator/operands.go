package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

//go:embed operands.yaml
var operandsText []byte

func operandTypes() []client.Object {
	return []client.Object{&corev1.ServiceAccount{}, &corev1.ConfigMap{}, &corev1.Service{}, &corev1.PersistentVolumeClaim{},
		&networkingv1.NetworkPolicy{}, &appsv1.Deployment{}}
}

// readOperands answers the operands of a Registry without namespace and owner, decoded once.
func readOperands(image string) ([]client.Object, error) {
	decoder := serializer.NewCodecFactory(clientgoscheme.Scheme).UniversalDeserializer()
	var operands []client.Object
	checksum := sha256.New()
	for text := range bytes.SplitSeq(operandsText, []byte("\n---\n")) {
		object, _, err := decoder.Decode(text, nil, nil)
		if err != nil {
			return nil, err
		}
		if settings, ok := object.(*corev1.ConfigMap); ok {
			for _, name := range slices.Sorted(maps.Keys(settings.Data)) {
				checksum.Write([]byte(settings.Data[name]))
			}
		}
		operands = append(operands, object.(client.Object))
	}
	for _, operand := range operands {
		if deployment, ok := operand.(*appsv1.Deployment); ok {
			deployment.Spec.Template.Annotations = map[string]string{
				"mcpregistry.dev/config-checksum": hex.EncodeToString(checksum.Sum(nil))}
			deployment.Spec.Template.Spec.Containers[0].Image = image
		}
	}
	return operands, nil
}
