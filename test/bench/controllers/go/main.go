// Command go is the bench's controller on controller-runtime:
//
//	go --namespace NS --expect PASSES --workers N [--lease NAME]
//
// It takes commands on standard input, a line each, and ends with it; see ../../README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	namespace := flag.String("namespace", "", "")
	lease := flag.String("lease", "", "")
	expect := flag.Uint64("expect", 0, "")
	workers := flag.Int("workers", 4, "")
	flag.Parse()
	ctrl.SetLogger(logr.Discard())

	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	config.QPS = -1 // no limit on this side
	config.UserAgent = "bench-go"
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	if err := widgets.AddToScheme(scheme); err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme: scheme,
		Cache: cache.Options{
			DefaultNamespaces: map[string]cache.Config{*namespace: {}},
			DefaultTransform:  cache.TransformStripManagedFields(),
			ByObject: map[client.Object]cache.ByObject{
				&corev1.ConfigMap{}: {Label: labels.SelectorFromSet(labels.Set{partLabel: "true"})},
			},
		},
		Metrics:                       server.Options{BindAddress: "0"},
		LeaderElection:                *lease != "",
		LeaderElectionNamespace:       *namespace,
		LeaderElectionID:              *lease,
		LeaderElectionReleaseOnCancel: true, // the process ends with the manager
	})
	if err != nil {
		return err
	}
	reconciler := &widgetReconciler{Client: mgr.GetClient(), observations: newObservations(*expect), queue: make(chan queue, 1)}
	if err := reconciler.setUp(mgr, *workers); err != nil {
		return err
	}
	if err := mgr.Add(manager.RunnableFunc(func(ctx context.Context) error { return saySynced(ctx, mgr) })); err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		if err := takeCommands(ctx, mgr, reconciler); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		cancel()
	}()
	return mgr.Start(ctx)
}

func saySynced(ctx context.Context, mgr ctrl.Manager) error {
	for _, object := range []client.Object{&Widget{}, &corev1.ConfigMap{}} {
		if _, err := mgr.GetCache().GetInformer(ctx, object); err != nil { // waits until it has synced
			return err
		}
	}
	say(message{Event: "synced"})
	return nil
}
