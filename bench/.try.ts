import { throughput } from './throughput';
throughput().then((t) => process.stdout.write(t));
