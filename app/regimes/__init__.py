"""The rules of a place as data: national floor, then province, then locality."""
