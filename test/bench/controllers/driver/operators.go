package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	registriesPath = "/apis/mcpregistry.dev/v1alpha1/namespaces/%s/registries"
	toolsPath      = "/apis/mcpregistry.dev/v1alpha1/namespaces/%s/mcptools"
	registryPort   = 8080
	operatorHome   = "toolhive-system"
	operatorsTime  = 10 * time.Minute
)

// operators measures operators of Registries and MCPTools, each turn in a cluster of its own that has a control plane only.
type operators struct {
	bench
	cluster    string // the command test/cluster/cluster
	crds       string
	registry   string // the program
	registries int
	tools      int // in all
	rest       time.Duration
}

func runOperators(arguments []string) error {
	o := &operators{bench: bench{started: time.Now()}}
	flags := flag.NewFlagSet("operators", flag.ExitOnError)
	flags.Func("operator", "NAME=PATH; the first is the one that others are compared with", func(text string) error {
		name, path, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("not NAME=PATH")
		}
		o.controllers = append(o.controllers, controller{name, path})
		o.results.Controllers = append(o.results.Controllers, name)
		return nil
	})
	flags.StringVar(&o.cluster, "cluster", "", "the command that starts clusters")
	flags.StringVar(&o.crds, "crds", "", "folder of the CRDs")
	flags.StringVar(&o.registry, "registry", "", "the registry's program")
	flags.IntVar(&o.registries, "registries", 50, "each in a namespace of its own")
	flags.IntVar(&o.tools, "tools", 5000, "in all")
	flags.IntVar(&o.rounds, "rounds", 3, "turns of each operator")
	flags.DurationVar(&o.rest, "rest", time.Minute, "how long to look at an operator at rest")
	json := flags.String("json", "", "file for all samples")
	_ = flags.Parse(arguments)
	if len(o.controllers) == 0 {
		return fmt.Errorf("--operator is missing")
	}
	runtime.LockOSThread() // Pdeathsig is about the thread that started a process
	o.results.Machine = describe()
	failed := o.eachRound("operators", func(_ int, c controller) error { return o.turn(c) })
	o.noise.report(o.results.Machine)
	o.results.Machine["load after"] = load()
	o.results.Machine["took"] = time.Since(o.started).Round(time.Second).String()
	o.results.print(os.Stdout)
	if *json != "" {
		failed = errors.Join(failed, o.results.writeJSON(*json))
	}
	return failed
}

// turn: all is declared and the registries run; from the start of the operator until all says that it is ready, then at rest.
func (o *operators) turn(c controller) error {
	work, err := os.MkdirTemp("", "bench-operators-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	const cluster = "bench-operators"
	o.progress("%s: a new control plane", c.name)
	defer func() { _ = o.command("down", "--name", cluster) }()
	if err := o.command("up", "--name", cluster, "--control-plane"); err != nil {
		return err
	}
	kubeconfig, err := exec.Command(o.cluster, "kubeconfig", "--name", cluster).Output()
	if err != nil {
		return err
	}
	o.kubeconfig = strings.TrimSpace(string(kubeconfig))
	o.audit.path = filepath.Join(filepath.Dir(o.kubeconfig), "audit.log")
	if o.api, err = newAPI(o.kubeconfig); err != nil {
		return err
	}
	if err := o.install(cluster, work); err != nil {
		return err
	}
	stopRegistries, err := o.runRegistries(work)
	defer stopRegistries()
	if err != nil {
		return err
	}
	o.progress("%s: declaring %d Registries and %d MCPTools", c.name, o.registries, o.tools)
	if err := o.declare(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go o.playKubelet(ctx)
	time.Sleep(settling)

	scenario := fmt.Sprintf("%d Registries, %d MCPTools", o.registries, o.tools)
	from := o.audit.end()
	p, err := o.startOperator(c, work)
	if err != nil {
		return err
	}
	defer func() { p.kill() }()
	ready, err := o.allReady(p)
	if err != nil {
		return err
	}
	time.Sleep(settling)
	counted, err := o.audit.since(from, userAgents[c.name])
	if err != nil {
		return err
	}
	each := float64(o.registries + o.tools)
	o.results.add(scenario, "from start to all Ready", "s", c.name, ready.Sub(p.started).Seconds())
	o.results.add(scenario, "CPU until then", "s", c.name, p.cpu().Seconds())
	o.results.add(scenario, "writes per resource", "calls", c.name, float64(counted.writes)/each)
	o.results.add(scenario, "reads per resource", "calls", c.name, float64(counted.reads)/each)
	o.results.add(scenario, "peak memory", "MB", c.name, p.memory("VmHWM"))

	time.Sleep(70 * time.Second) // each registry and entry has been looked at again
	from = o.audit.end()
	cpu := p.cpu()
	time.Sleep(o.rest)
	if counted, err = o.audit.since(from, userAgents[c.name]); err != nil {
		return err
	}
	o.results.add("at rest", "CPU a minute", "ms", c.name, (p.cpu()-cpu).Seconds()*1000*float64(time.Minute)/float64(o.rest))
	o.results.add("at rest", "API calls in that time", "calls", c.name, float64(counted.reads+counted.writes))
	o.results.add("at rest", "memory", "MB", c.name, p.memory("VmRSS"))
	p.kill()

	from = o.audit.end()
	if p, err = o.startOperator(c, work); err != nil {
		return err
	}
	time.Sleep(30 * time.Second)
	if counted, err = o.audit.since(from, userAgents[c.name]); err != nil {
		return err
	}
	const again = "started again, all in place: the first 30 s"
	o.results.add(again, "CPU", "s", c.name, p.cpu().Seconds())
	o.results.add(again, "API calls", "calls", c.name, float64(counted.reads+counted.writes))
	o.results.add(again, "peak memory", "MB", c.name, p.memory("VmHWM"))
	return nil
}

// What the requests of each operator begin their User-Agent with.
var userAgents = map[string]string{"cpp": "toolhive-operator", "go": "bench-operator"}

func (o *operators) command(arguments ...string) error {
	command := exec.Command(o.cluster, arguments...)
	command.Stderr = os.Stderr
	return command.Run()
}

// install gives the cluster the CRDs and an account of the operators, and `work` what a pod of that account would find.
func (o *operators) install(cluster, work string) error {
	if err := o.command("kubectl", "--name", cluster, "apply", "--server-side", "-k", o.crds); err != nil {
		return err
	}
	if err := o.api.createNamespace(operatorHome); err != nil {
		return err
	}
	for path, body := range map[string]string{
		"/api/v1/namespaces/" + operatorHome + "/serviceaccounts": `{"metadata":{"name":"operator"}}`,
		"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings": `{"metadata":{"name":"operator"},
			"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},
			"subjects":[{"kind":"ServiceAccount","name":"operator","namespace":"` + operatorHome + `"}]}`,
	} {
		if _, err := o.api.do("POST", path, "application/json", body); err != nil {
			return err
		}
	}
	answer, err := o.api.do("POST", "/api/v1/namespaces/"+operatorHome+"/serviceaccounts/operator/token", "application/json",
		`{"spec":{"expirationSeconds":36000}}`)
	if err != nil {
		return err
	}
	var token struct{ Status struct{ Token string } }
	if err := json.Unmarshal(answer, &token); err != nil {
		return err
	}
	authority := o.api.config.CAData
	if len(authority) == 0 {
		if authority, err = os.ReadFile(o.api.config.CAFile); err != nil {
			return err
		}
	}
	hosts := "127.0.0.1 localhost\n"
	for i := range o.registries {
		hosts += fmt.Sprintf("%s mcp-registry.%s.svc\n", address(i), namespace(i))
	}
	return errors.Join(os.WriteFile(filepath.Join(work, "token"), []byte(token.Status.Token), 0o600),
		os.WriteFile(filepath.Join(work, "namespace"), []byte(operatorHome), 0o600),
		os.WriteFile(filepath.Join(work, "ca.crt"), authority, 0o600),
		os.WriteFile(filepath.Join(work, "hosts"), []byte(hosts), 0o600))
}

func namespace(i int) string { return fmt.Sprintf("team-%02d", i) }
func address(i int) string   { return fmt.Sprintf("127.1.%d.%d", i/250, i%250+1) }

// runRegistries starts the program of each Registry at the address that its Service's name has for the operators.
func (o *operators) runRegistries(work string) (stop func(), err error) {
	var running []*exec.Cmd
	stop = func() {
		for _, command := range running {
			_ = command.Process.Kill()
			_ = command.Wait()
		}
	}
	for i := range o.registries {
		folder := filepath.Join(work, namespace(i))
		config, server := folder+".json", folder+"-server.json"
		err := errors.Join(os.Mkdir(folder, 0o700),
			os.WriteFile(config, fmt.Appendf(nil, `{"logLevel":"error","storage":{"path":%q}}`, folder), 0o600),
			os.WriteFile(server, fmt.Appendf(nil, `{"address":%q,"port":%d}`, address(i), registryPort), 0o600))
		if err != nil {
			return stop, err
		}
		command := exec.Command(o.registry, "serve", "--config", config, "--server", server)
		command.Stderr = os.Stderr
		command.SysProcAttr = &unix.SysProcAttr{Pdeathsig: unix.SIGKILL} // whatever ends the bench
		if err := command.Start(); err != nil {
			return stop, err
		}
		running = append(running, command)
	}
	for i := range o.registries {
		if err := waitServing(fmt.Sprintf("http://%s:%d/ready", address(i), registryPort)); err != nil {
			return stop, err
		}
	}
	return stop, nil
}

func waitServing(address string) error {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		response, err := http.Get(address)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(response.Status)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: %w", address, err)
		}
	}
}

func (o *operators) declare() error {
	for i := range o.registries {
		if err := o.api.createNamespace(namespace(i)); err != nil {
			return err
		}
		// Bound to the claim by the controller of the cluster's volumes.
		_, err := o.api.do("POST", "/api/v1/persistentvolumes", "application/json", fmt.Sprintf(`{"metadata":{"name":%q},
			"spec":{"capacity":{"storage":"10Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/nowhere"}}}`, namespace(i)))
		if err != nil {
			return err
		}
		_, err = o.api.do("POST", fmt.Sprintf(registriesPath, namespace(i)), "application/json",
			`{"apiVersion":"mcpregistry.dev/v1alpha1","kind":"Registry","metadata":{"name":"mcp-registry"},"spec":{}}`)
		if err != nil {
			return err
		}
	}
	return inParallel(o.tools, func(i int) error {
		_, err := o.api.do("POST", fmt.Sprintf(toolsPath, namespace(i%o.registries)), "application/json", mcpTool(i))
		return err
	})
}

// playKubelet says of each pod that it runs, as there is no node.
func (o *operators) playKubelet(ctx context.Context) {
	const running = `{"status":{"phase":"Running","podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.1"}],"conditions":[
		{"type":"PodScheduled","status":"True"},{"type":"Initialized","status":"True"},
		{"type":"ContainersReady","status":"True"},{"type":"Ready","status":"True"}]}}`
	for ctx.Err() == nil {
		err := o.api.watch(ctx, "/api/v1/pods", func(object []byte) bool {
			var pod struct {
				Metadata struct{ Namespace, Name string }
				Status   struct{ Phase string }
			}
			if json.Unmarshal(object, &pod) == nil && pod.Status.Phase == "Pending" {
				_, err := o.api.do("PATCH", "/api/v1/namespaces/"+pod.Metadata.Namespace+"/pods/"+pod.Metadata.Name+"/status",
					"application/strategic-merge-patch+json", running)
				if err != nil && ctx.Err() == nil {
					fmt.Fprintln(os.Stderr, "bench:", err)
				}
			}
			return false
		})
		if err != nil && ctx.Err() == nil && !errors.Is(err, io.EOF) {
			fmt.Fprintln(os.Stderr, "bench: pods:", err)
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// startOperator runs the operator as a pod of its account would: with the account's folder, and with names for the registries.
func (o *operators) startOperator(c controller, work string) (*process, error) {
	const pod = `set -e; work=$1; shift
mount --bind "$work/hosts" /etc/hosts
mount -t tmpfs tmpfs /run
mkdir -p /run/secrets/kubernetes.io/serviceaccount
cp "$work/token" "$work/ca.crt" "$work/namespace" /run/secrets/kubernetes.io/serviceaccount
exec setpriv --pdeathsig KILL -- "$@"`
	host, port, _ := strings.Cut(strings.TrimPrefix(o.api.config.Host, "https://"), ":")
	arguments := []string{"--mount", "sh", "-c", pod, "pod", work, "env", "-u", "KUBECONFIG", "KUBERNETES_SERVICE_HOST=" + host,
		"KUBERNETES_SERVICE_PORT=" + port, c.path, "--registry-image", "example.com/mcp-registry:1"}
	if c.name == "cpp" {
		arguments = append(arguments, "--health-address", "", "--log-level", "error")
	}
	p, err := start(controller{c.name, "unshare"}, o.kubeconfig, arguments...)
	return p, err
}

// allReady blocks until everything declared is Ready, and answers when that was.
func (o *operators) allReady(p *process) (time.Time, error) {
	ctx, cancel := context.WithTimeout(context.Background(), operatorsTime)
	defer cancel()
	go func() {
		select {
		case <-p.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	for _, all := range []struct {
		path  string
		count int
	}{{"/apis/mcpregistry.dev/v1alpha1/registries", o.registries}, {"/apis/mcpregistry.dev/v1alpha1/mcptools", o.tools}} {
		ready := map[string]bool{}
		for len(ready) < all.count {
			err := o.api.watch(ctx, all.path, func(object []byte) bool {
				var resource struct {
					Metadata struct{ Namespace, Name string }
					Status   struct {
						Conditions []struct{ Type, Status string }
					}
				}
				if json.Unmarshal(object, &resource) != nil {
					return false
				}
				for _, condition := range resource.Status.Conditions {
					if condition.Type == "Ready" && condition.Status == "True" {
						ready[resource.Metadata.Namespace+"/"+resource.Metadata.Name] = true
					}
				}
				return len(ready) == all.count
			})
			if ctx.Err() != nil || (err != nil && !errors.Is(err, io.EOF)) {
				return time.Time{}, fmt.Errorf("%s: %d of %d became Ready at %s: %w", p.name, len(ready), all.count, all.path, err)
			}
		}
	}
	return time.Now(), nil
}

// mcpTool is a definition of about 1.2 KB.
func mcpTool(i int) string {
	properties := make([]string, 8)
	for j := range properties {
		properties[j] = fmt.Sprintf(`"argument%d":{"type":"string","description":%q,"maxLength":200}`, j,
			fmt.Sprintf("What the %d. argument of the tool number %d says: a line of text of usual length.", j+1, i))
	}
	return fmt.Sprintf(`{"apiVersion":"mcpregistry.dev/v1alpha1","kind":"MCPTool","metadata":{"name":"tool-%d"},
		"spec":{"registryRef":{"name":"mcp-registry"},"definition":{"title":"Tool %d","description":"Does what the tool number %d does.",
		"inputSchema":{"type":"object","properties":{%s},"required":["argument0"]}}}}`, i, i, i, strings.Join(properties, ","))
}
