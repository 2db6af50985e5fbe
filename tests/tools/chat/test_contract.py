"""What agents count on from every chat: scripted, Anthropic's protocol, OpenAI's protocol, and any of them in a ledger."""



