package main

import (
	"context"
	"encoding/json"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	finalizer  = "mcpregistry.dev/withdraw"
	byRegistry = "spec.registryRef.name"
)

// toolReconciler keeps what MCPTools define in their registries.
type toolReconciler struct {
	client.Client
	events events.EventRecorder
}

func serving(registry *Registry) bool {
	return meta.IsStatusConditionTrue(registry.Status.Conditions, "Available")
}

func (r *toolReconciler) setUp(mgr ctrl.Manager, workers int) error {
	err := mgr.GetFieldIndexer().IndexField(context.Background(), &MCPTool{}, byRegistry,
		func(object client.Object) []string { return []string{object.(*MCPTool).Spec.RegistryRef.Name} })
	if err != nil {
		return err
	}
	ofRegistry := handler.EnqueueRequestsFromMapFunc(func(ctx context.Context, registry client.Object) []reconcile.Request {
		tools := &MCPToolList{}
		if r.List(ctx, tools, client.InNamespace(registry.GetNamespace()), client.MatchingFields{byRegistry: registry.GetName()}) != nil {
			return nil
		}
		requests := make([]reconcile.Request, len(tools.Items))
		for i := range tools.Items {
			requests[i].NamespacedName = client.ObjectKeyFromObject(&tools.Items[i])
		}
		return requests
	})
	turns := predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return serving(e.ObjectOld.(*Registry)) != serving(e.ObjectNew.(*Registry))
	}}
	return ctrl.NewControllerManagedBy(mgr).
		For(&MCPTool{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&Registry{}, ofRegistry, builder.WithPredicates(turns)).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(r)
}

func (r *toolReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	tool := &MCPTool{}
	if err := r.Get(ctx, request.NamespacedName, tool); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	registry := &Registry{}
	err := r.Get(ctx, client.ObjectKey{Namespace: tool.Namespace, Name: tool.Spec.RegistryRef.Name}, registry)
	if client.IgnoreNotFound(err) != nil {
		return ctrl.Result{}, err
	}
	if !tool.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.withdraw(ctx, tool, registry, err == nil)
	}
	if controllerutil.AddFinalizer(tool, finalizer) {
		if err := r.Update(ctx, tool); err != nil {
			return ctrl.Result{}, err
		}
	}
	before := tool.DeepCopyObject().(*MCPTool)
	failure := r.register(ctx, tool, registry)
	if !equality.Semantic.DeepEqual(before.Status, tool.Status) {
		if err := r.Status().Patch(ctx, tool, client.MergeFrom(before)); err != nil {
			return ctrl.Result{}, client.IgnoreNotFound(err)
		}
	}
	return ctrl.Result{RequeueAfter: period}, failure
}

// register puts what is defined into the registry unless it has it, and says so in the status.
func (r *toolReconciler) register(ctx context.Context, tool *MCPTool, registry *Registry) error {
	tool.Status.ObservedGeneration = tool.Generation
	r.say(tool, "Accepted", true, "Accepted", "the definition is in order", "", "")
	if !serving(registry) {
		r.say(tool, "Registered", false, "", "", "RegistryUnavailable", "the Registry does not serve; see its conditions")
		r.say(tool, "Ready", false, "", "", "RegistryUnavailable", "the Registry does not serve; see its conditions")
		return nil
	}
	entry := RegisteredTool{}
	address := toolURL(registry.Status.InternalURL, tool.Name)
	status, err := call(ctx, http.MethodGet, address, nil, &entry)
	known := len(tool.Status.Tools) == 1 && tool.Status.Tools[0].Digest == entry.Digest
	if err == nil && (status == http.StatusNotFound || !known) {
		body := map[string]any{}
		if err := json.Unmarshal(tool.Spec.Definition.Raw, &body); err != nil {
			return err
		}
		body["name"] = tool.Name
		body["managedBy"] = map[string]string{"kind": "MCPTool", "namespace": tool.Namespace, "name": tool.Name, "uid": string(tool.UID)}
		_, err = call(ctx, http.MethodPost, registry.Status.InternalURL+"/api/v1/tools", body, &entry)
	}
	if err != nil {
		r.say(tool, "Registered", false, "", "", "RegistryUnavailable", err.Error())
		r.say(tool, "Ready", false, "", "", "RegistryUnavailable", err.Error())
		return err
	}
	tool.Status.Tools = []RegisteredTool{entry}
	text := "the registry has " + entry.Name + " in version " + entry.Version
	r.say(tool, "Registered", true, "Registered", text, "", "")
	if r.say(tool, "Ready", true, "Registered", text, "", "") {
		r.events.Eventf(tool, nil, corev1.EventTypeNormal, "Ready", "Register", "%s", text)
	}
	return nil
}

func (r *toolReconciler) withdraw(ctx context.Context, tool *MCPTool, registry *Registry, there bool) error {
	if there && len(tool.Status.Tools) == 1 {
		if _, err := call(ctx, http.MethodDelete, toolURL(registry.Status.InternalURL, tool.Name), nil, nil); err != nil {
			return err
		}
	}
	if !controllerutil.RemoveFinalizer(tool, finalizer) {
		return nil
	}
	return client.IgnoreNotFound(r.Update(ctx, tool))
}

func (r *toolReconciler) say(tool *MCPTool, name string, so bool, yes, yesText, no, noText string) bool {
	return meta.SetStatusCondition(&tool.Status.Conditions, condition(tool.Generation, name, so, yes, yesText, no, noText))
}
