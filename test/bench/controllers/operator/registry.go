package main

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const period = time.Minute

// registryReconciler keeps the operands of each Registry as declared, and its status true.
type registryReconciler struct {
	client.Client
	events   events.EventRecorder
	operands []client.Object
}

func (r *registryReconciler) setUp(mgr ctrl.Manager, workers int) error {
	claims := handler.EnqueueRequestsFromMapFunc(func(_ context.Context, claim client.Object) []reconcile.Request {
		return []reconcile.Request{{NamespacedName: client.ObjectKey{
			Namespace: claim.GetNamespace(), Name: claim.GetLabels()["app.kubernetes.io/instance"]}}}
	})
	return ctrl.NewControllerManagedBy(mgr).
		For(&Registry{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Owns(&appsv1.Deployment{}).
		Owns(&corev1.Service{}).
		Owns(&corev1.ConfigMap{}).
		Owns(&corev1.ServiceAccount{}).
		Owns(&networkingv1.NetworkPolicy{}).
		Watches(&corev1.PersistentVolumeClaim{}, claims). // outlives its Registry, so has no owner
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(r)
}

func (r *registryReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	registry := &Registry{}
	if err := r.Get(ctx, request.NamespacedName, registry); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !registry.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, nil
	}
	before := registry.DeepCopyObject().(*Registry)
	status := &registry.Status
	for _, operand := range r.operands {
		written, err := r.ensure(ctx, registry, operand)
		if err != nil {
			return ctrl.Result{}, err
		}
		switch written := written.(type) {
		case *appsv1.Deployment:
			status.Replicas, status.ReadyReplicas = written.Status.Replicas, written.Status.ReadyReplicas
			available := written.Status.ObservedGeneration == written.Generation && written.Status.AvailableReplicas == 1 &&
				written.Status.UpdatedReplicas == 1
			r.say(registry, "Available", available, "Serving", "1 pod serves", "Starting", "the pod does not serve yet")
		case *corev1.PersistentVolumeClaim:
			r.say(registry, "StorageReady", written.Status.Phase == corev1.ClaimBound, "Bound",
				"the claim "+written.Name+" is bound", "ClaimPending", "the claim "+written.Name+" is not bound yet")
			status.Storage = StorageStatus{"Filesystem", written.Name}
		}
	}
	status.ObservedGeneration = registry.Generation
	status.InternalURL = fmt.Sprintf("http://%s.%s.svc:8080", registry.Name, registry.Namespace)
	status.URL = status.InternalURL
	status.Selector = "app.kubernetes.io/instance=" + registry.Name + ",app.kubernetes.io/name=mcp-registry"
	r.say(registry, "Accepted", true, "Accepted", "the spec is in order", "", "")
	r.say(registry, "Exposed", false, "", "", "RouteAPIMissing", "this cluster does not offer Routes")
	r.say(registry, "Monitored", false, "", "", "MonitoringAPIMissing", "the cluster has no ServiceMonitor and no PrometheusRule")
	ready := meta.IsStatusConditionTrue(status.Conditions, "Available") && meta.IsStatusConditionTrue(status.Conditions, "StorageReady")
	if ready {
		if err := serves(ctx, status.InternalURL); err != nil {
			r.say(registry, "Degraded", true, "RegistryUnreachable", err.Error(), "", "")
		} else {
			meta.RemoveStatusCondition(&status.Conditions, "Degraded")
		}
	}
	if r.say(registry, "Ready", ready, "Serving", "the registry serves what the spec declares", "Starting", "the registry does not serve yet") {
		r.events.Eventf(registry, nil, corev1.EventTypeNormal, "Ready", "Reconcile", "Ready is %t", ready)
	}
	if equality.Semantic.DeepEqual(before.Status, registry.Status) {
		return ctrl.Result{RequeueAfter: period}, nil
	}
	err := r.Status().Patch(ctx, registry, client.MergeFrom(before))
	return ctrl.Result{RequeueAfter: period}, client.IgnoreNotFound(err)
}

// say sets a condition, and answers whether that changed it.
func (r *registryReconciler) say(registry *Registry, name string, so bool, yes, yesText, no, noText string) bool {
	return meta.SetStatusCondition(&registry.Status.Conditions, condition(registry.Generation, name, so, yes, yesText, no, noText))
}

func condition(generation int64, name string, so bool, yes, yesText, no, noText string) metav1.Condition {
	c := metav1.Condition{Type: name, Status: metav1.ConditionTrue, Reason: yes, Message: yesText, ObservedGeneration: generation}
	if !so {
		c.Status, c.Reason, c.Message = metav1.ConditionFalse, no, noText
	}
	return c
}

// ensure answers the operand as it is in the cluster, written where that is not as it should be.
func (r *registryReconciler) ensure(ctx context.Context, registry *Registry, operand client.Object) (client.Object, error) {
	wanted := operand.DeepCopyObject().(client.Object)
	wanted.SetNamespace(registry.Namespace)
	if _, stays := wanted.(*corev1.PersistentVolumeClaim); !stays {
		if err := controllerutil.SetControllerReference(registry, wanted, r.Scheme()); err != nil {
			return nil, err
		}
	}
	there := operand.DeepCopyObject().(client.Object)
	err := r.Get(ctx, client.ObjectKeyFromObject(wanted), there)
	if apierrors.IsNotFound(err) {
		err = r.Create(ctx, wanted)
		if apierrors.IsAlreadyExists(err) {
			return there, nil // the cache is behind, and its event brings the next pass
		}
		return wanted, err
	}
	if err != nil || asDeclared(wanted, there) {
		return there, err
	}
	wanted.SetResourceVersion(there.GetResourceVersion())
	return wanted, r.Update(ctx, wanted)
}

// asDeclared says whether an object has all that is declared of it, whatever it has besides.
func asDeclared(wanted, there client.Object) bool {
	has := equality.Semantic.DeepDerivative
	if !has(wanted.GetLabels(), there.GetLabels()) || !has(wanted.GetOwnerReferences(), there.GetOwnerReferences()) {
		return false
	}
	switch wanted := wanted.(type) {
	case *appsv1.Deployment:
		return has(wanted.Spec, there.(*appsv1.Deployment).Spec)
	case *corev1.Service:
		return has(wanted.Spec, there.(*corev1.Service).Spec)
	case *corev1.ConfigMap:
		return has(wanted.Data, there.(*corev1.ConfigMap).Data)
	case *corev1.PersistentVolumeClaim:
		return has(wanted.Spec, there.(*corev1.PersistentVolumeClaim).Spec)
	case *networkingv1.NetworkPolicy:
		return has(wanted.Spec, there.(*networkingv1.NetworkPolicy).Spec)
	case *corev1.ServiceAccount:
		return has(wanted.AutomountServiceAccountToken, there.(*corev1.ServiceAccount).AutomountServiceAccountToken)
	}
	return false
}
