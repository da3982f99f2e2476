"""The HTTP side: JSON for the two apps, and the apps themselves.

Each route declares who may use it, opens the one transaction of the request through that
declaration, calls a service and shapes the answer; no rule of the study lives here.
"""
