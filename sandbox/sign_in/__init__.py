"""The embedded journal's own OpenID provider."""
