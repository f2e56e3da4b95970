"""The project's files, and the programs that the tests run."""

import os
import shlex
import subprocess

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAMESPACE = "toolhive-system"


def path(*parts):
    return os.path.join(ROOT, *parts)


def read(*parts):
    with open(path(*parts), encoding="utf-8") as file:
        return file.read()


def load_all(text):
    return [each for each in yaml.load_all(text, Loader=yaml.CSafeLoader) if each]


def run(*command, environment=None):
    """What the command did; its exit code is the caller's to judge."""
    return subprocess.run(command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False)


def output(*command, environment=None):
    done = run(*command, environment=environment)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def kubectl(*arguments):
    return output(*shlex.split(os.environ["KUBECTL"]), *arguments)


def deploy(*arguments, environment=None):
    return load_all(output(path("config", "deploy.sh"), *arguments, environment=environment))


def helm(*arguments):
    return output(os.environ["HELM"], *arguments)


def version():
    return output(path("config", "version.sh")).strip()


def generate(what, out, environment=None):
    output(path("manifests", "generate.sh"), what, out, environment=environment)
