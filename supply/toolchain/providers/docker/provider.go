// Package docker bridges the Terraform docker provider to the resource tokens of the pulumi-docker SDK.
package docker

import (
	"context"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/shim"
)

// Provider describes the bridged provider; version is that of the pulumi-docker SDK it serves.
func Provider(version string) tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:         sdkv2.NewProvider(shim.New()),
		Name:      "docker",
		GitHubOrg: "kreuzwerker",
		Version:   version,
		Config: map[string]*tfbridge.SchemaInfo{
			"host": {Default: &tfbridge.DefaultInfo{
				EnvVars:        []string{"DOCKER_HOST"},
				ComputeDefault: defaultHost,
			}},
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		Resources:   resources(),
		DataSources: map[string]*tfbridge.DataSourceInfo{},
	}
	return info
}

func defaultHost(context.Context, tfbridge.ComputeDefaultOptions) (any, error) {
	return "unix:///var/run/docker.sock", nil
}

// resources maps Terraform's names to the SDK's. Where the SDK kept a singular name for a list, or the bridge would
// pluralise one that the SDK did not, the field says so.
func resources() map[string]*tfbridge.ResourceInfo {
	renamed := map[string]*tfbridge.ResourceInfo{
		"docker_config": {Tok: token("ServiceConfig")},
		"docker_container": {
			Tok:                 token("Container"),
			DeleteBeforeReplace: true,
			Fields: map[string]*tfbridge.SchemaInfo{
				"command":           {Name: "command"},
				"networks_advanced": {Name: "networksAdvanced"},
			},
		},
		"docker_image": {
			Tok:    token("RemoteImage"),
			Fields: map[string]*tfbridge.SchemaInfo{"name": {Name: "name"}},
		},
		"docker_registry_image": {Tok: token("RegistryImage")},
	}
	for _, name := range []string{"Network", "Secret", "Service", "Volume", "Plugin", "Tag"} {
		renamed["docker_"+strings.ToLower(name)] = &tfbridge.ResourceInfo{Tok: token(name)}
	}
	return renamed
}

func token(name string) tokens.Type {
	return tokens.Type("docker:index/" + strings.ToLower(name[:1]) + name[1:] + ":" + name)
}
