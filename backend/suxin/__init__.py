"""The core of Suxin: the rules and data of the domain. It knows no HTTP, no GraphQL, no framework, no network client."""
