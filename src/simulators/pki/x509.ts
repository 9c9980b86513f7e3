/** The X.509 library, with what has to be loaded before it. */
import 'reflect-metadata';

export * from '@peculiar/x509';
