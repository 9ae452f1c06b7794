package dev.reprise.image.state;

/** What only one family of sockets has. */
public sealed interface SocketDetail permits UnixSocket, InetSocket, TcpConnection, NetlinkSocket, PacketSocket {}
