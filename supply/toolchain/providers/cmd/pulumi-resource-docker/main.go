// Command pulumi-resource-docker is the docker plugin as Pulumi starts it.
package main

import (
	"encoding/json"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"litellm-stack/toolchain/providers/docker"
)

// version comes from the linker: requirements.txt pins it, once.
var version string

func main() {
	// The engine reads types and names from the SDK; of the schema it wants only the package's name and version.
	schema, err := json.Marshal(map[string]string{"name": "docker", "version": version})
	if err != nil {
		panic(err)
	}
	tfbridge.Main("docker", version, docker.Provider(version), schema)
}
