"""The door for editors and chats: a server of the Model Context Protocol. It only translates to and from use cases."""
