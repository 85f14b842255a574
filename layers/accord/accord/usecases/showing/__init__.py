"""What people ask of a member: status, proof, certificates, what happened."""
