"""The door for editors: a server of the Language Server Protocol. It only translates to and from use cases."""
