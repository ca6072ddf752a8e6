// Command pulumi-resource-random is the random plugin as Pulumi starts it.
package main

import (
	"context"
	"encoding/json"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"litellm-stack/toolchain/providers/random"
)

// version comes from the linker: requirements.txt pins it, once.
var version string

func main() {
	// The engine reads types and names from the SDK; of the schema it wants only the package's name and version.
	schema, err := json.Marshal(map[string]string{"name": "random", "version": version})
	if err != nil {
		panic(err)
	}
	metadata := []byte("{}")
	tfbridge.Main(context.Background(), "random", random.Provider(version, metadata),
		tfbridge.ProviderMetadata{PackageSchema: schema, BridgeMetadata: metadata})
}
