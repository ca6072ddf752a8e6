// Package codegen stands in for the YAML code generator, which a provider binary links but never calls.
package codegen

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
)

var errUnsupported = errors.New("generating YAML code is not part of this build")

// GenerateProgram always fails: this build generates no code.
func GenerateProgram(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error) {
	return nil, nil, errUnsupported
}
