package dev.reprise.engine.model;

/** One capability of the tool that a kernel, user or machine may or may not allow. */
public record Feature(String name, boolean available, String reason) {}
