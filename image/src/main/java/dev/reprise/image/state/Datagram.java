package dev.reprise.image.state;

/** A datagram in the queue of a UDP socket: its bytes, and the sockaddr of who sent it. */
public record Datagram(Bytes data, Bytes sender) {}
