package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/scheme"
)

// Registry has what the bench declares and reports of one.
type Registry struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   RegistrySpec   `json:"spec"`
	Status RegistryStatus `json:"status,omitempty"`
}

type RegistrySpec struct{}

type RegistryStatus struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
	URL                string             `json:"url,omitempty"`
	InternalURL        string             `json:"internalURL,omitempty"`
	Selector           string             `json:"selector,omitempty"`
	Replicas           int32              `json:"replicas"`
	ReadyReplicas      int32              `json:"readyReplicas"`
	Storage            StorageStatus      `json:"storage,omitempty"`
}

type StorageStatus struct {
	Type  string `json:"type,omitempty"`
	Claim string `json:"claim,omitempty"`
}

type RegistryList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Registry `json:"items"`
}

// MCPTool has what the bench declares and reports of one.
type MCPTool struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   MCPToolSpec   `json:"spec"`
	Status MCPToolStatus `json:"status,omitempty"`
}

type MCPToolSpec struct {
	RegistryRef    RegistryRef          `json:"registryRef"`
	DeletionPolicy string               `json:"deletionPolicy,omitempty"`
	Definition     runtime.RawExtension `json:"definition,omitempty"`
}

type RegistryRef struct {
	Name string `json:"name"`
}

type MCPToolStatus struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
	Tools              []RegisteredTool   `json:"tools,omitempty"`
}

type RegisteredTool struct {
	Name         string `json:"name"`
	Version      string `json:"version,omitempty"`
	Digest       string `json:"digest,omitempty"`
	RegisteredAt string `json:"registeredAt,omitempty"`
}

type MCPToolList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []MCPTool `json:"items"`
}

var types = &scheme.Builder{GroupVersion: schema.GroupVersion{Group: "mcpregistry.dev", Version: "v1alpha1"}}

func init() { types.Register(&Registry{}, &RegistryList{}, &MCPTool{}, &MCPToolList{}) }

func copied(conditions []metav1.Condition) []metav1.Condition {
	out := make([]metav1.Condition, len(conditions))
	for i := range conditions {
		conditions[i].DeepCopyInto(&out[i])
	}
	return out
}

// The four below do what controller-gen would generate.

func (r *Registry) DeepCopyObject() runtime.Object {
	out := *r
	r.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Status.Conditions = copied(r.Status.Conditions)
	return &out
}

func (l *RegistryList) DeepCopyObject() runtime.Object {
	out := *l
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	out.Items = make([]Registry, len(l.Items))
	for i := range l.Items {
		out.Items[i] = *l.Items[i].DeepCopyObject().(*Registry)
	}
	return &out
}

func (t *MCPTool) DeepCopyObject() runtime.Object {
	out := *t
	t.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	t.Spec.Definition.DeepCopyInto(&out.Spec.Definition)
	out.Status.Conditions = copied(t.Status.Conditions)
	out.Status.Tools = append([]RegisteredTool(nil), t.Status.Tools...)
	return &out
}

func (l *MCPToolList) DeepCopyObject() runtime.Object {
	out := *l
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	out.Items = make([]MCPTool, len(l.Items))
	for i := range l.Items {
		out.Items[i] = *l.Items[i].DeepCopyObject().(*MCPTool)
	}
	return &out
}
