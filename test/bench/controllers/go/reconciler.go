package main

import (
	"context"
	"maps"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

const (
	partLabel = "bench.mcpregistry.dev/part"
	// When the driver changed a Widget: nanoseconds of the system clock.
	sentAnnotation = "bench.mcpregistry.dev/sent"
)

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// widgetReconciler keeps the ConfigMaps of each Widget as declared, and says in its status that it did.
type widgetReconciler struct {
	client.Client
	observations *observations
	queue        chan queue // holds the controller's queue once it has started
}

func (r *widgetReconciler) setUp(mgr ctrl.Manager, workers int) error {
	declared := predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{},
		predicate.LabelChangedPredicate{})
	return ctrl.NewControllerManagedBy(mgr).
		For(&Widget{}, builder.WithPredicates(declared)).
		Owns(&corev1.ConfigMap{}).
		WatchesRawSource(source.Func(func(_ context.Context, q queue) error {
			r.queue <- q
			return nil
		})).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(r)
}

func (r *widgetReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	defer r.observations.reconciled()
	return ctrl.Result{}, r.reconcile(ctx, request)
}

func (r *widgetReconciler) reconcile(ctx context.Context, request ctrl.Request) error {
	widget := &Widget{}
	if err := r.Get(ctx, request.NamespacedName, widget); err != nil {
		return client.IgnoreNotFound(err) // its children go with it
	}
	if !widget.DeletionTimestamp.IsZero() {
		return nil
	}
	if sent, ok := widget.Annotations[sentAnnotation]; ok {
		r.observations.changed(sent)
	}

	for i := range widget.Spec.Children {
		child := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
			Namespace: widget.Namespace, Name: widget.Name + "-" + strconv.Itoa(i)}}
		// Writes nothing when the cache holds the child as it should be.
		_, err := controllerutil.CreateOrUpdate(ctx, r.Client, child, func() error {
			if child.Labels == nil {
				child.Labels = map[string]string{}
			}
			child.Labels[partLabel] = "true"
			data := map[string]string{"widget": widget.Name, "index": strconv.Itoa(i), "note": widget.Spec.Note}
			if !maps.Equal(child.Data, data) {
				child.Data = data
			}
			return controllerutil.SetControllerReference(widget, child, r.Scheme())
		})
		if err != nil {
			return err
		}
	}

	status := WidgetStatus{Ready: widget.Spec.Children, ObservedGeneration: widget.Generation}
	if widget.Status == status {
		return nil
	}
	before := widget.DeepCopyObject().(*Widget)
	widget.Status = status
	return client.IgnoreNotFound(r.Status().Patch(ctx, widget, client.MergeFrom(before)))
}
