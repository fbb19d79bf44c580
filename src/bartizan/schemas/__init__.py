"""THE FORM: JSON Schema, msgspec and pydantic as one kind of callable, strict in the same way."""
