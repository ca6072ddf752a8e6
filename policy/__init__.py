"""The Pulumi policy pack: rules over what the program registers and what the state records."""
