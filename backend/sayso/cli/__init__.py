"""The command line: one module per verb, each with a click command called `command`.

A module whose name starts with an underscore is a helper and no verb.
"""
