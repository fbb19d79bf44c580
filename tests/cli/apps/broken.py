"""An application that cannot even be imported."""

print("noise of the application's own")
raise RuntimeError("no database here")
