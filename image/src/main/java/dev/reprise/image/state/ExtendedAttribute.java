package dev.reprise.image.state;

/** An attribute of xattr(7); {@code name}: with its namespace, a char is a byte. */
public record ExtendedAttribute(String name, Bytes value) {}
