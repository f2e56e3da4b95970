// Command operator does on controller-runtime what toolhive-operator does for a Registry on files and for MCPTools with a definition:
// the same operands, the same conditions, the same entries in the registry. It is the peer of the bench of operators; see ../../README.md.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	image := flag.String("registry-image", "", "of a Registry's pod")
	workers := flag.Int("workers", 4, "per controller")
	flag.Parse()
	ctrl.SetLogger(logr.Discard())

	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	config.QPS = -1 // no limit on this side
	config.UserAgent = "bench-operator"
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	if err := types.AddToScheme(scheme); err != nil {
		return err
	}
	ours := cache.ByObject{Label: labels.SelectorFromSet(labels.Set{"app.kubernetes.io/managed-by": "toolhive-operator"})}
	selected := map[client.Object]cache.ByObject{}
	for _, object := range operandTypes() {
		selected[object] = ours
	}
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Cache:   cache.Options{DefaultTransform: cache.TransformStripManagedFields(), ByObject: selected},
		Metrics: server.Options{BindAddress: "0"},
	})
	if err != nil {
		return err
	}
	operands, err := readOperands(*image)
	if err != nil {
		return err
	}
	registries := &registryReconciler{mgr.GetClient(), mgr.GetEventRecorder("bench-operator"), operands}
	if err := registries.setUp(mgr, *workers); err != nil {
		return err
	}
	tools := &toolReconciler{mgr.GetClient(), mgr.GetEventRecorder("bench-operator")}
	if err := tools.setUp(mgr, *workers); err != nil {
		return err
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}
