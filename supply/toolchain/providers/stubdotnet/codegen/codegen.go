// Package codegen stands in for the .NET code generator, which a provider binary links but never calls. The types are
// those that the bridge names.
package codegen

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
)

var errUnsupported = errors.New("generating .NET code is not part of this build")

// CSharpPackageInfo is what a package's schema says about .NET.
type CSharpPackageInfo struct {
	PackageReferences            map[string]string `json:"packageReferences,omitempty"`
	Namespaces                   map[string]string `json:"namespaces,omitempty"`
	Compatibility                string            `json:"compatibility,omitempty"`
	RootNamespace                string            `json:"rootNamespace,omitempty"`
	ProjectReferences            []string          `json:"projectReferences,omitempty"`
	LiftSingleValueMethodReturns bool              `json:"liftSingleValueMethodReturns,omitempty"`
	RespectSchemaVersion         bool              `json:"respectSchemaVersion,omitempty"`
	DictionaryConstructors       bool              `json:"dictionaryConstructors,omitempty"`
}

// CSharpPropertyInfo is what a property's schema says about .NET.
type CSharpPropertyInfo struct {
	Name string `json:"name,omitempty"`
}

// CSharpResourceInfo is what a resource's schema says about .NET.
type CSharpResourceInfo struct {
	Name string `json:"name,omitempty"`
}

// GenerateProgram always fails: this build generates no code.
func GenerateProgram(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error) {
	return nil, nil, errUnsupported
}
